"""`manage.py completion`: the completions that a shell offers."""

import shutil
import subprocess

import pytest
from django.core.management import call_command, get_commands


@pytest.fixture
def script(capsys):
    def make(shell):
        call_command("completion", shell)
        return capsys.readouterr().out

    return make


def offered(script, *words):
    """Return the completions of bash for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    request = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _mysocial_manage"
    done = subprocess.run(
        ["bash", "-ec", f"{script}\n{request}; echo ${{COMPREPLY[@]}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_commands_options_and_argument_values_are_completed(script):
    bash = script("bash")
    assert set(offered(bash, "manage.py", "")) == set(get_commands())
    assert offered(bash, "manage.py", "dead_l") == ["dead_letters"]
    assert offered(bash, "python", "manage.py", "seed_demo", "--us") == ["--users"]
    assert offered(bash, "manage.py", "dead_letters", "re") == ["replay"]
    assert {"--json", "--out"} <= set(offered(bash, "./manage.py", "export_user", "alice", "--"))


def test_zsh_uses_the_bash_completion(script):
    zsh, bash = script("zsh"), script("bash")
    first, _, rest = zsh.partition("\n")
    assert "bashcompinit" in first
    assert rest == bash
    if shutil.which("zsh"):
        subprocess.run(["zsh", "-n"], input=zsh, text=True, check=True)

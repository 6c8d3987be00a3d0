"""An import-linter contract: an app imports only the public modules of another app.

The built-in `protected` contract requires every module that it names to exist. Our apps have only
the files that they need, and this contract covers a new file from its first day.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class HiddenModules(Contract):
    """A contract that no module outside an app imports the hidden modules of the app.

    Options: `apps`, the packages; `hidden`, the names of the hidden modules.
    """

    type_name = "hidden"
    apps = fields.ListField(subfield=fields.StringField())
    hidden = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every direct import of a hidden module from outside its app."""
        broken: list[tuple[str, str, int]] = []
        for module in sorted(graph.modules):
            app, *inner = module.split(".")
            if app not in self.apps or not inner or inner[0] not in self.hidden:
                continue
            for importer in sorted(graph.find_modules_that_directly_import(module)):
                if importer.split(".")[0] != app:
                    details = graph.get_import_details(importer=importer, imported=module)
                    broken += [(importer, module, detail["line_number"]) for detail in details]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each forbidden import."""
        for importer, module, line in check.metadata["broken"]:
            output.print_error(f"- {importer} -> {module} (l.{line})", bold=False)
        output.new_line()

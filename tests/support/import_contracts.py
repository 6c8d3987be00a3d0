"""A contract for import-linter: across apps, only an app's face is imported.

Its own `protected` contract wants every module it names to exist; here an app has only the files
that have something to say, and a new file is guarded from its first day.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class HiddenModules(Contract):
    """No module outside an app imports the app's modules of these names.

    Options: `apps`, the packages; `hidden`, the names of the modules that stay inside.
    """

    type_name = "hidden"
    apps = fields.ListField(subfield=fields.StringField())
    hidden = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every direct import of a hidden module from outside of its app."""
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
        """Print each import that should not be."""
        for importer, module, line in check.metadata["broken"]:
            output.print_error(f"- {importer} -> {module} (l.{line})", bold=False)
        output.new_line()

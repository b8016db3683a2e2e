"""The dossier of a release: a decision, its documents and all its evidence in one folder and one canonical zip."""

from pytest_stagegate.dossiers.collecting import collected
from pytest_stagegate.dossiers.contents import BODY, Dossier, Request
from pytest_stagegate.dossiers.writing import write_dossier

__all__ = ("BODY", "Dossier", "Request", "collected", "write_dossier")

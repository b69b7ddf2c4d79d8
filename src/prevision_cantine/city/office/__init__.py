"""The tables that an office exports, in whatever layout, to the folder of a city."""

from prevision_cantine.city.office.importing import import_office
from prevision_cantine.city.office.messages import OfficeError
from prevision_cantine.city.office.report import OfficeReport

__all__ = ["OfficeError", "OfficeReport", "import_office"]

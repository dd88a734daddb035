"""The built-in validators. Other plugins join by an entry point of the group `docflow.plugins`."""

from docflow.plugins.validators.invoice import InvoiceStandardValidator
from docflow.plugins.validators.payroll import PayrollStandardValidator
from docflow.plugins.validators.receipt import ReceiptStandardValidator
from docflow.plugins.validators.validator import Validator

BUILT_IN: tuple[Validator, ...] = (
    InvoiceStandardValidator(),
    PayrollStandardValidator(),
    ReceiptStandardValidator(),
)

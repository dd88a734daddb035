"""Kinds of documents that businesses send each other, and the words they are known by in six languages.

A client's process type belongs to a family when its name says so; it then inherits the family's words. `titles` head a
document, `marks` stand on it. All are folded: small letters, no accents, words parted by one blank.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """`names` are the words by which a process type is told to belong to it.

    `structured` = e-invoices are of it; `paid` = it shows that, and at what time of day, it was paid.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    marks: tuple[str, ...]
    structured: bool = False
    paid: bool = False


INVOICE = Family(
    names=(
        "invoice", "invoices", "credit note", "credit notes", "rechnung", "rechnungen", "gutschrift", "facture",
        "factures", "avoir", "factura", "facturas", "fatura", "faturas", "fattura", "fatture", "factuur", "facturen",
    ),
    titles=(
        "invoice", "tax invoice", "sales invoice", "commercial invoice", "credit note", "credit memo", "rechnung",
        "schlussrechnung", "teilrechnung", "abschlagsrechnung", "rechnungskorrektur", "facture", "avoir", "factura",
        "nota de credito", "fatura", "fattura", "nota di credito", "factuur", "creditnota",
    ),
    marks=(
        "invoice number", "invoice no", "invoice date", "invoice to", "bill to", "billed to", "amount due", "balance due",
        "due date", "payment terms", "terms of payment", "unit price", "purchase order", "rechnungsnummer", "rechnung nr",
        "rechnungsdatum", "rechnungsbetrag", "kundennummer", "leistungsdatum", "lieferdatum", "zahlbar bis",
        "zahlungsbedingungen", "einzelpreis", "ust idnr", "umsatzsteuer id", "numero de facture", "facture n",
        "date de facture", "date d echeance", "tva intracommunautaire", "prix unitaire", "numero de factura",
        "fecha de factura", "fecha de vencimiento", "precio unitario", "numero da fatura", "data de vencimento",
        "numero fattura", "data fattura", "scadenza", "partita iva", "prezzo unitario", "factuurnummer", "factuurdatum",
        "vervaldatum", "btw nummer", "vat number", "customer number",
    ),
    structured=True,
)  # fmt: skip

RECEIPT = Family(
    names=(
        "receipt", "receipts", "expense", "expenses", "quittung", "kassenbon", "beleg", "belege", "spesen", "ticket de caisse",
        "recu", "recibo", "ticket", "ricevuta", "scontrino",
    ),
    titles=(
        "receipt", "cash receipt", "official receipt", "sales receipt", "cash bill", "kassenbon", "kassenbeleg",
        "kundenbeleg", "quittung", "ticket de caisse", "ticket client", "recibo", "factura simplificada",
        "fatura simplificada", "scontrino", "ricevuta", "documento commerciale",
    ),
    marks=(
        "cash", "change", "receipt no", "change due", "cash tendered", "tendered", "rounding", "rounding adj", "rounding adjustment",
        "rounded total", "cashier", "gst summary", "counter", "thank you", "please come again", "exchangeable",
        "goods sold are not returnable", "goods sold", "not refundable", "non refundable", "total sales", "item count",
        "total qty", "tel no", "bar", "gegeben", "ruckgeld", "kartenzahlung", "girocard", "kasse", "kassierer", "bon nr",
        "beleg nr", "terminal id", "vielen dank fur ihren einkauf", "vielen dank", "es bediente sie", "tse", "signaturzahler",
        "summe eur",
        "endbetrag", "tisch", "posten", "emv daten", "ec karte", "table no", "server", "guests", "pax", "mesa", "rendu", "especes", "caisse", "merci de votre visite", "carte bancaire", "efectivo", "cambio",
        "gracias por su visita", "numerario", "troco", "contante", "contanti", "resto", "cassa",
    ),
    paid=True,
)  # fmt: skip

PAYSLIP = Family(
    names=(
        "payslip", "payslips", "payroll", "pay slip", "salary", "wage", "lohnabrechnung", "gehaltsabrechnung",
        "entgeltabrechnung", "bulletin de paie", "nomina", "busta paga", "recibo de vencimento",
    ),
    titles=(
        "payslip", "pay slip", "earnings statement", "pay stub", "salary slip", "lohnabrechnung", "gehaltsabrechnung",
        "entgeltabrechnung", "verdienstabrechnung", "abrechnung der brutto netto bezuge", "lohn gehaltsabrechnung",
        "lohn und gehaltsabrechnung", "brutto netto bezuge", "bezugemitteilung", "bulletin de paie", "bulletin de salaire",
        "nomina", "recibo de nomina", "recibo de vencimento", "busta paga", "cedolino paga",
    ),
    marks=(
        "gross pay", "net pay", "pay period", "year to date", "employee id", "national insurance", "paye", "withholding",
        "steuerklasse", "stkl", "lohnsteuer", "solidaritatszuschlag", "kirchensteuer", "krankenversicherung",
        "rentenversicherung", "arbeitslosenversicherung", "pflegeversicherung", "gesamtbrutto", "gesamt brutto",
        "steuerbrutto", "auszahlungsbetrag", "netto verdienst", "nettoverdienst", "personalnummer", "personal nr", "pers nr",
        "sv nummer", "sv brutto", "lohnart", "steuerliche abzuge", "eintrittsdatum", "eintritt", "konfession",
        "kinderfreibetrage", "salaire brut", "net a payer", "cotisations", "securite sociale", "convention collective",
        "salario base", "liquido total", "seguridad social", "irpf", "devengos", "vencimento base", "seguranca social",
        "retribuzione", "netto in busta", "trattenute", "inps", "irpef",
    ),
)  # fmt: skip

STATEMENT = Family(
    names=(
        "bank statement", "bank statements", "account statement", "account statements", "kontoauszug", "kontoauszuge",
        "releve de compte", "releve bancaire", "extracto bancario", "extrato bancario", "estratto conto",
    ),
    titles=(
        "bank statement", "account statement", "statement of account", "current account statement", "kontoauszug",
        "releve de compte", "releve bancaire", "releve", "extracto de cuenta", "extracto bancario", "extrato bancario",
        "extrato de conta", "estratto conto", "rekeningafschrift", "rekeningoverzicht", "bankafschrift",
    ),
    marks=(
        "opening balance", "closing balance", "previous balance", "balance brought forward", "balance carried forward",
        "statement period", "account holder", "account number", "total deposits", "total withdrawals", "withdrawals",
        "deposits", "anfangssaldo", "endsaldo", "alter kontostand", "neuer kontostand", "kontostand", "kontoinhaber",
        "buchungstag", "buchung", "wertstellung", "valuta", "solde d ouverture", "solde de cloture", "solde precedent",
        "ancien solde", "nouveau solde", "titulaire", "retraits", "depots", "saldo inicial", "saldo final",
        "saldo anterior", "fecha valor", "data valor", "saldo iniziale", "saldo finale", "intestatario", "beginsaldo",
        "eindsaldo", "rekeninghouder", "rekeningnummer", "omschrijving",
    ),
)  # fmt: skip

US_TAX_FORM = Family(
    names=("us tax form", "tax form", "tax forms", "w 9", "w 8ben", "1099", "1099 misc", "irs"),
    titles=(
        "request for taxpayer", "certificate of foreign status", "form w 9", "form w 8ben", "form 1099", "1099 misc",
        "miscellaneous information", "miscellaneous income",
    ),
    marks=(
        "internal revenue service", "department of the treasury", "taxpayer identification number", "omb no", "backup withholding",
        "under penalties of perjury", "fatca", "employer identification number", "social security number", "disregarded entity",
        "beneficial owner", "payer s tin", "recipient s tin", "federal income tax withheld", "federal tax classification",
        "certificate of foreign status",
    ),
)  # fmt: skip

CONTRACT = Family(
    names=(
        "contract", "contracts", "agreement", "lease", "leases", "vertrag", "mietvertrag", "contrat", "bail", "contrato",
        "contratto",
    ),
    titles=(
        "agreement", "contract", "lease agreement", "rental agreement", "vertrag", "mietvertrag", "arbeitsvertrag",
        "contrat", "contrat de bail", "bail", "contrato", "contrato de arrendamiento", "contratto", "contratto di locazione",
    ),
    marks=(
        "hereinafter", "the parties", "witness whereof", "governing law", "landlord", "tenant", "term of", "termination",
        "vermieter", "mieter", "mietsache", "kundigungsfrist", "vertragsparteien", "bailleur", "locataire", "les parties",
        "resiliation", "arrendador", "arrendatario", "las partes", "locador", "locatario", "locatore", "conduttore", "le parti",
    ),
)  # fmt: skip

PURCHASE_ORDER = Family(
    names=("purchase order", "purchase orders", "bestellung", "bestellungen", "bon de commande", "orden de compra",
           "pedido de compra", "ordine di acquisto"),
    titles=("purchase order", "bestellung", "bon de commande", "orden de compra", "ordem de compra", "pedido de compra",
            "ordine di acquisto"),
    marks=("po number", "order date", "ship to", "deliver to", "delivery address", "bestellnummer", "bestelldatum",
           "lieferanschrift", "numero de commande", "date de commande", "fecha de pedido", "numero ordine", "data ordine"),
)  # fmt: skip

DELIVERY_NOTE = Family(
    names=("delivery note", "delivery notes", "packing slip", "lieferschein", "lieferscheine", "bon de livraison",
           "albaran", "guia de remessa", "documento di trasporto"),
    titles=("delivery note", "packing slip", "packing list", "lieferschein", "bon de livraison", "albaran",
            "nota de entrega", "guia de remessa", "bolla di consegna", "documento di trasporto"),
    marks=("delivered to", "received by", "received in good order", "goods received", "lieferscheinnummer",
           "lieferschein nr", "empfangen", "ware erhalten", "gewicht", "recu par", "recibido por", "ricevuto da"),
)  # fmt: skip

FAMILIES = (
    INVOICE, RECEIPT, PAYSLIP, STATEMENT, US_TAX_FORM, CONTRACT, PURCHASE_ORDER, DELIVERY_NOTE,
)  # fmt: skip

"""How documents label what they state, in English, German, French, Spanish, Portuguese and Italian.

A concept is what a label means, whatever a client calls the field. Concepts that no field asks for stand here too:
they keep "Total Qty" from being read as a total.
"""

import re
import unicodedata

CONCEPTS: dict[str, tuple[str, ...]] = {
    "invoice_number": (
        "invoice no", "invoice number", "invoice num", "invoice id", "inv no", "inv", "tax invoice no", "bill no", "bill number",
        "receipt no", "receipt number", "receipt", "doc no", "document no", "document number", "sale", "cash bill no", "slip no",
        "rechnungsnummer", "rechnungsnr", "rechnung nr", "rechnungs nr", "rechnung", "rg nr", "beleg nr", "belegnummer", "bon nr",
        "facture no", "facture n", "numero de facture", "no de facture", "n de facture", "facture", "factura no", "factura n",
        "numero de factura", "factura", "fatura no", "fatura n", "numero da fatura", "fatura", "fattura n", "fattura no",
        "numero fattura", "fattura", "invoice", "factuurnummer", "num factura", "numero", "n documento", "numero documento", "numero do documento", "no da fatura", "credit note no", "credit note number", "gutschriftsnummer", "avoir n",
    ),
    "issue_date": (
        "invoice date", "date of issue", "date issued", "issue date", "issued on", "issued", "bill date", "receipt date", "document date",
        "doc date", "date", "dated", "transaction date", "statement date", "payment date", "rechnungsdatum", "ausstellungsdatum", "belegdatum", "datum",
        "date de facture", "date de la facture", "date facture", "date d emission", "fecha de factura", "fecha factura", "fecha de emision", "fecha",
        "data da fatura", "data de emissao", "data fattura", "data della fattura", "data emissione", "data di emissione", "data documento", "data", "factuurdatum", "facture du", "tax point", "emise le", "fecha de expedicion", "emitida em",
    ),
    "due_date": (
        "due date", "date due", "payment due", "due on", "due by", "pay by", "payment due date", "due", "faellig am", "fallig am", "fallig zum",
        "falligkeitsdatum", "falligkeit", "zahlbar bis", "zahlungsziel", "date d echeance", "echeance", "fecha de vencimiento", "vencimiento", "vencimento",
        "data de vencimento", "data scadenza", "scadenza", "vervaldatum", "please pay by", "payable le", "a regler avant le", "vence el", "pagar antes del", "scade il",
        "da pagare entro il", "vence em", "pagar ate",
    ),
    "service_date": ("delivery date", "service date", "next billing date", "billing period", "lieferdatum", "leistungsdatum", "leistungszeitraum", "date de livraison", "activation date", "print date", "expiry date"),
    "grand_total": (
        "total", "grand total", "total amount", "invoice total", "invoice amount", "total incl", "total inclusive", "total including gst", "total incl gst", "total inclusive of gst",
        "total inclusive gst", "total sales inclusive gst", "total sales incl gst", "total sales inclusive of gst", "total amt incl gst", "total amt",
        "total incl of gst", "total with gst", "total inc gst", "total amount incl gst", "total amount inclusive gst", "total gst inclusive", "total sale", "total sales", "total to pay", "total after rounding", "total rounded", "rounded total", "total after rounding adj", "net total rounded",
        "total payable", "total amount payable", "total due", "total at checkout", "total ttc", "total general", "total a pagar", "total factura", "total fattura", "total da fatura",
        "gesamtbetrag", "gesamtsumme", "rechnungsbetrag", "rechnungssumme", "endbetrag", "bruttobetrag", "gesamt brutto", "summe", "gesamt", "summe brutto", "zu zahlen",
        "montant total", "montant ttc", "total t t c", "importe total", "totale", "totale fattura", "totale documento", "importo totale", "valor total", "amount payable", "net total", "total gst incl", "total gst inclusive", "total inclusive of tax", "amount incl gst", "amount inclusive gst", "tot", "nett total", "bill total", "net amt", "nett amount", "totaal", "bruttosumme", "totale da pagare", "valor a pagar",
    ),
    "amount_due": (
        "amount due", "balance due", "balance", "amount outstanding", "outstanding", "invoice balance", "due", "zahlbetrag", "ausstehender betrag", "offener betrag", "restbetrag",
        "net a payer", "reste a payer", "solde a payer", "importe pendiente", "saldo", "montante a pagar", "netto a pagare", "importo dovuto", "total amount due",
    ),
    "net_total": (
        "subtotal", "sub total", "net total", "net amount", "total net", "total excl", "total excluding gst", "total excl gst", "total exclude gst", "total excluding vat", "amount excl gst", "total before tax", "total without vat", "taxable amount", "net",
        "nettobetrag", "summe netto", "netto", "gesamt netto", "zwischensumme", "exclusief btw", "excl btw", "excl vat", "ohne mwst", "exkl mwst", "hors tva", "hors taxe", "sin iva", "sem iva", "iva esclusa", "excluding tax", "excl tax", "nettosumme", "total ht", "total h t", "montant ht", "sous total", "base imponible", "subtotal neto",
        "imponibile", "totale imponibile", "valor liquido", "total iliquido", "total exclusive of gst", "total sales excluding gst", "total sales excl gst", "sales amount", "taxable", "total exclusive gst", "goods total", "warenwert", "total hors taxe", "total hors taxes", "importe neto", "total neto", "totale merce",
        "totale netto", "total s iva", "base tributavel",
    ),
    "tax_total": (
        "tax", "vat", "gst", "sales tax", "total tax", "total gst", "total included gst", "gst included in total", "tax included", "total vat", "vat amount", "gst amount", "tax amount", "gst payable", "service tax", "sst", "mwst", "ust", "mehrwertsteuer", "umsatzsteuer", "mwst betrag", "steuer", "steuerbetrag",
        "tva", "montant tva", "total tva", "iva", "cuota iva", "imposta", "totale iva", "valor iva", "btw", "gst 6", "add gst", "vat total", "tax gst", "amount gst", "value added tax", "imposta iva",
    ),
    "currency": ("currency", "payment currency", "waehrung", "wahrung", "devise", "moneda", "moeda", "valuta"),
    "buyer_reference": ("buyer reference", "customer reference", "your reference", "your ref", "leitweg id", "ihre referenz", "ihr zeichen", "reference client", "customer id", "customer no", "customer number", "kundennummer", "kunden nr", "kundennr", "numero client", "no client"),
    "order_reference": ("order no", "order number", "purchase order", "po number", "po no", "order id", "order", "bestellnummer", "auftragsnummer", "numero de commande", "pedido", "ordine"),
    "seller_vat_id": ("vat number", "vat no", "vat id", "vat reg no", "vat registration", "vat", "ust idnr", "ust id nr", "ust id", "umsatzsteuer id", "uid", "tva intracommunautaire", "n tva", "nif", "partita iva", "p iva", "btw nummer"),
    "tax_number": ("gst no", "gst id", "gst reg no", "gst registration no", "tax id", "tax invoice", "simplified tax invoice", "company reg no", "company no", "site", "cashier", "counter", "steuernummer", "steuer nr", "company no", "co reg no", "reg no", "co no", "siret", "siren", "roc no", "rate", "gst id no", "gst reg", "invoice address"),
    "iban": ("iban", "bank account", "account no", "kontonummer"),
    "seller_name": ("seller", "supplier", "vendor", "from", "sold by", "provided by", "products provided by", "verkaufer", "lieferant", "fournisseur", "vendeur", "proveedor", "fornitore", "merchant"),
    "buyer_name": ("bill to", "billed to", "billing to", "invoice to", "sold to", "customer", "client", "to", "attn", "rechnung an", "rechnungsempfanger", "rechnungsadresse", "kunde", "empfanger", "facture a", "factur e a", "cliente", "destinataire", "ship to", "deliver to", "lieferadresse", "billing address", "m s", "factuuradres", "afleveradres", "adresse de facturation", "direccion de facturacion", "morada de faturacao", "indirizzo di fatturazione", "spett le"),
    "paid": ("cash", "cash received", "payment", "payments", "paid", "amount paid", "tender", "tendered", "pay", "accepted total", "visa", "master", "mastercard", "card", "credit card", "bar", "gegeben", "ec karte", "girocard", "especes", "carte", "received", "paid amount", "cash paid", "total paid", "total tendered", "bezahlt", "cash tendered", "amount tendered"),
    "change": ("change", "change due", "change returned", "balance change",  "cash change", "ruckgeld", "zuruck", "wechselgeld", "rendu", "monnaie", "cambio", "troco", "resto"),
    "rounding": ("rounding", "rounding adj", "rounding adjustment", "round adj", "rounding amount", "round amt", "rundung", "bill rounding", "total rounding"),
    "discount": ("discount", "total discount", "disc", "less discount", "rabatt", "skonto", "remise", "descuento", "desconto", "sconto", "total savings", "you saved", "service charge", "tip"),
    "quantity_total": ("total qty", "total quantity", "total item", "total items", "no of items", "item count", "qty total", "total no of items", "items", "total unit", "total pcs", "total points", "points", "total hours"),
    "phone": ("tel", "telephone", "phone", "fax", "telefon", "telefax", "hp", "mobile"),
    "email": ("email", "e mail", "mail"),
    "description": ("description", "item", "items", "product", "article", "service", "beschreibung", "bezeichnung", "artikel", "leistung", "position", "designation", "libelle", "descripcion", "concepto", "descricao", "descrizione", "charge name", "omschrijving"),
    "quantity": ("qty", "quantity", "units", "menge", "anzahl", "quantite", "qte", "cantidad", "cant", "quantidade", "quantita", "aantal"),
    "unit_price": ("unit price", "price", "u price", "unit cost", "rate", "einzelpreis", "stuckpreis", "preis", "prix unitaire", "pu ht", "prix", "precio unitario", "precio", "preco unitario", "prezzo unitario", "prezzo", "unit price eur"),
    "line_total": ("amount", "line total", "total price", "betrag", "gesamtpreis", "montant", "importe", "valor", "importo", "amt", "total ht", "bedrag"),
    "tax_rate": ("tax rate", "vat rate", "vat", "tax", "mwst satz", "steuersatz", "taux", "tasa"),
    "tax_summary": ("gst summary", "tax summary", "gst analysis", "summary of gst", "tax code", "gst code", "steuersatz netto"),
    "page": ("page", "seite", "page no", "pagina"),
}  # fmt: skip

#: Labels that are ordinary words too: their value must follow at once.
WEAK = frozenset(
    [
        "invoice",
        "receipt",
        "inv",
        "sale",
        "rechnung",
        "facture",
        "factura",
        "fatura",
        "fattura",
        "to",
        "from",
        "net",
        "order",
        "total",
        "due",
        "mail",
        "bar",
        "service",
        "item",
        "tax",
        "vat",
        "gst",
        "customer",
        "client",
        "balance",
        "rate",
        "position",
        "data",
        "numero",
    ]
) - {"total"}

#: What a client may call a concept.
_NAMES: dict[str, str] = {
    "invoice_number": "invoice_no invoice_id document_number receipt_number number",
    "issue_date": "date invoice_date document_date receipt_date transaction_date purchase_date",
    "due_date": "date_due payment_due_date",
    "grand_total": "total total_amount amount gross_total total_gross invoice_total amount_total gross_amount",
    "amount_due": "balance_due total_due",
    "net_total": "subtotal amount_untaxed net_amount total_net sub_total",
    "tax_total": "tax tax_amount vat_amount amount_tax total_tax vat_total",
    "currency": "currency_code",
    "buyer_reference": "customer_number customer_id customer_reference",
    "order_reference": "order_number purchase_order po_number",
    "seller_vat_id": "vat_id vat_number vat supplier_vat_id merchant_vat_id",
    "iban": "account_iban",
    "seller_name": "seller supplier supplier_name vendor vendor_name issuer company company_name merchant merchant_name shop store store_name",
    "buyer_name": "buyer customer_name customer client_name bill_to",
    "seller_address": "address merchant_address supplier_address store_address vendor_address company_address",
    "paid": "cash paid amount_paid",
    "change": "change_due",
    "tax_rate": "vat_percent vat_rate tax_percent",
    "phone": "telephone merchant_phone",
    "description": "item name product",
    "quantity": "qty units",
    "unit_price": "price",
    "line_total": "amount total line_amount total_price",
}

CONCEPT_BY_NAME = {
    name: concept
    for concept, names in _NAMES.items()
    if concept not in ("description", "quantity", "unit_price", "line_total")
    for name in (concept, *names.split())
}
COLUMN_BY_NAME = {
    name: concept
    for concept in ("description", "quantity", "unit_price", "line_total", "tax_rate")
    for name in (concept, *_NAMES[concept].split())
}

#: How documents head the columns of their items; fuller than the labels beside single values may be.
COLUMNS: dict[str, tuple[str, ...]] = {
    "description": (*CONCEPTS["description"], "items description", "product name", "goods", "services", "details", "memo", "beschreibung memo", "artikelbezeichnung",
        "leistungsbeschreibung", "text", "libelle", "detail", "produit", "article", "articulo", "producto", "detalle", "produto", "artigo", "item descricao",
        "prodotto", "articolo", "designacao", "denominazione", "artikel", "particulars"),
    "quantity": (*CONCEPTS["quantity"], "qty ordered", "qty shipped", "hours", "pcs", "no of units", "stuck", "stk", "mg", "nombre", "nb", "unidades", "uds", "unid", "qtd", "quant", "q ta", "qta", "pezzi"),
    "unit_price": (*CONCEPTS["unit_price"], "unit amount", "price each", "unit net price", "preis pro einheit", "preis je einheit", "stk preis", "e preis", "vk preis", "p u", "p u ht", "pu", "prix u ht", "prix unitaire ht",
        "p unit", "precio unidad", "valor unitario", "p unitario", "prezzo unit", "prezzo un", "prezzo netto", "einzelpreis eur", "einzel preis"),
    "line_total": (*CONCEPTS["line_total"], "total", "net amount", "amount net", "line amount", "line net", "extended price", "ext price", "extension", "amount usd", "amount eur", "zeilenbetrag", "positionsbetrag",
        "gesamt", "summe", "nettobetrag", "gesamtpreis eur", "gesamt preis", "g preis", "total h t", "prix total", "prix total ht", "montant ht", "montant net", "importe total", "total neto", "valor total",
        "preco total", "totale", "prezzo totale", "importo netto", "total eur", "netto", "total price", "value"),
    "tax_rate": (*CONCEPTS["tax_rate"], "vat", "tax", "mwst", "ust", "tva", "iva", "btw", "vat %", "tax %"),
}  # fmt: skip


def label_key(text: str) -> str:
    """Letters and digits of a label, lower case and without accents, so that spelling and spacing don't matter."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def words_of_name(name: str) -> str:
    """`payPeriodStart` and `pay_period_start` are the label "pay period start"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.]+", " ", name).lower()

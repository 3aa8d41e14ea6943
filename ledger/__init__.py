"""Writes a ledger down, for people: XLSX, CSV, PDF. Used by the kiosk's commands and by the server alike.

Of `kiosk` it knows the domain only. A writer takes a `kiosk.domain.ledger.Ledger`, in which whatever must not be shown
is masked already, and returns a file's bytes. The words on the sheet are Chinese and stand in `words.py`.
"""

# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Begin the ledger with those who are in the groups already."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["customer.group.membership"]._reconcile()

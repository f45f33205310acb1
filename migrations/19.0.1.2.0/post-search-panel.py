# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Show the groups beside contacts as before: an update leaves users alone."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    users = env.ref("base.group_user")
    users._apply_group(env.ref("customer_group.group_search_panel"))

# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import base_partner_merge
from . import customer_group_assign
from . import customer_group_import
from . import customer_group_import_lookup

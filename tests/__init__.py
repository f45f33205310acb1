# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_assign
from . import test_concurrency
from . import test_customer_group
from . import test_from_tags
from . import test_hierarchy
from . import test_history
from . import test_http_api
from . import test_http_members
from . import test_import_memberships
from . import test_import_export
from . import test_ledger_properties
from . import test_member_counts
from . import test_membership
from . import test_merge
from . import test_multi_company
from . import test_naming
from . import test_performance
from . import test_read_group
from . import test_request
from . import test_res_partner
from . import test_search_members
from . import test_security
from . import test_settings
from . import test_templates
from . import test_tree
from . import test_ui

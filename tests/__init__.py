# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_assign
from . import test_concurrency
from . import test_coverage
from . import test_delivery
from . import test_delivery_repair
from . import test_delivery_reply
from . import test_customer_group
from . import test_find
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
from . import test_optout
from . import test_performance
from . import test_read_group
from . import test_request
from . import test_res_partner
from . import test_rule
from . import test_rule_conditions
from . import test_rule_release
from . import test_rule_why
from . import test_rule_changes
from . import test_rule_concurrency
from . import test_rule_merge
from . import test_rule_performance
from . import test_rule_properties
from . import test_search_members
from . import test_security
<<<<<<< HEAD
from . import test_sequence_screen
=======
from . import test_sequence_concurrency
>>>>>>> eng
from . import test_sequence_run
from . import test_sequence_start
from . import test_sequence_steps
from . import test_sequence_stop
from . import test_sequence_time
from . import test_settings
from . import test_templates
from . import test_tree
from . import test_ui
from . import test_ui_series
from . import test_unsubscribe

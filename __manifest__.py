# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Customer Groups",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "summary": "Put customers into colored, hierarchical groups with clear rights",
    "author": "The customer_group authors",
    "license": "LGPL-3",
    "depends": ["contacts"],
    "data": [
        "security/customer_group_groups.xml",
        "security/ir.model.access.csv",
        "security/customer_group_rules.xml",
        "data/ir_cron_data.xml",
        "views/customer_group_membership_views.xml",
        "views/customer_group_operation_views.xml",
        "views/customer_group_views.xml",
        "views/customer_group_request_views.xml",
        "views/customer_group_menus.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "wizard/customer_group_assign_views.xml",
    ],
    "demo": ["demo/customer_group_demo.xml"],
    "images": ["static/description/contacts.png"],
    "assets": {
        "web.assets_backend": ["customer_group/static/src/**/*"],
        "web.assets_tests": ["customer_group/static/tests/tours/**/*"],
        "web.assets_unit_tests": ["customer_group/static/tests/*.test.js"],
    },
    "uninstall_hook": "uninstall_hook",
    "application": True,
}

# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
def migrate(cr, version):
    """Note in the journal which groups its entries concern."""
    cr.execute(
        """INSERT INTO customer_group_operation_group_rel (operation_id, group_id)
           SELECT start_operation_id, group_id FROM customer_group_membership
            UNION
           SELECT end_operation_id, group_id FROM customer_group_membership
            WHERE end_operation_id IS NOT NULL
               ON CONFLICT DO NOTHING"""
    )

"""What ``make stress`` runs in the shell of Odoo."""

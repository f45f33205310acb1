"""What ``make smtp`` runs in the shell of Odoo."""

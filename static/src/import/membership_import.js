import { ImportAction } from "@base_import/import_action/import_action";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Odoo's import page for memberships: shows what has changed when it is done.
 */
export class MembershipImportAction extends ImportAction {
    static path = "import-memberships";
    static displayName = _t("Import Memberships");

    setup() {
        super.setup();
        // The server reads the whole file again for each batch.
        this.model.importOptions = { limit: 200000 };
    }

    /**
     * @override
     * @param {number[]} ids for each row the journal entry it went into
     */
    async openRecords(ids) {
        const action = await this.actionService.loadAction(
            "customer_group.customer_group_operation_action"
        );
        return this.actionService.doAction({
            ...action,
            domain: [["id", "in", [...new Set(ids)]]],
        });
    }
}

registry.category("actions").add("customer_group_import", MembershipImportAction);

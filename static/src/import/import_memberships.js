import { ImportRecords } from "@base_import/import_records/import_records";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

/**
 * Menu item next to "Import records", in lists of contacts and of groups.
 */
export class ImportMemberships extends ImportRecords {
    static template = "customer_group.ImportMemberships";

    /** @override */
    importRecords() {
        this.action.doAction("customer_group.customer_group_import_action");
    }
}

registry.category("cogMenu").add(
    "customer-group-import-menu",
    {
        Component: ImportMemberships,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: async ({ config, isSmall, searchModel }) =>
            !isSmall &&
            config.actionType === "ir.actions.act_window" &&
            ["kanban", "list"].includes(config.viewType) &&
            ["customer.group", "res.partner"].includes(searchModel.resModel) &&
            (await user.hasGroup("customer_group.group_assign")),
    },
    { sequence: 1 }
);

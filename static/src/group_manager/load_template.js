import { Component } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

/** Menu item of the groups, in each of their views. */
export class LoadTemplate extends Component {
    static template = "customer_group.LoadTemplate";
    static components = { DropdownItem };
    static props = {};

    setup() {
        this.action = useService("action");
    }

    onSelected() {
        this.action.doAction("customer_group.customer_group_add_template_action");
    }
}

registry.category("cogMenu").add(
    "customer-group-load-template",
    {
        Component: LoadTemplate,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: async ({ config, searchModel }) =>
            config.viewType !== "form" &&
            searchModel.resModel === "customer.group" &&
            (await user.hasGroup("customer_group.group_manager")),
    },
    { sequence: 2 }
);

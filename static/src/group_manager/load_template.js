import { Component } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

/** Opens the dialog of templates; the view below then shows the groups it has made. */
async function loadTemplate({ services: { action } }) {
    const { jsId } = action.currentController;
    const onClose = ({ noReload } = {}) => {
        if (!noReload && action.currentController.jsId === jsId) {
            action.restore(jsId); // not awaited: the dialog has to be gone before
        }
    };
    const dialog = "customer_group.customer_group_add_template_action";
    await action.doAction(dialog, { onClose });
}

registry.category("actions").add("customer_group_load_template", loadTemplate);

/** Menu item of the groups, in each of their views. */
export class LoadTemplate extends Component {
    static template = "customer_group.LoadTemplate";
    static components = { DropdownItem };
    static props = {};

    setup() {
        this.action = useService("action");
    }

    onSelected() {
        this.action.doAction("customer_group_load_template");
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

import { registry } from "@web/core/registry";
import { GroupManagerController } from "./group_manager_controller";

registry.category("views").add("customer_group_manager", {
    type: "customer_group_manager",
    Controller: GroupManagerController,
    searchMenuTypes: ["filter", "favorite"],
});

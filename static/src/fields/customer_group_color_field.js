import { ColorList } from "@web/core/colorlist/colorlist";
import { registry } from "@web/core/registry";
import {
    ColorPickerField,
    colorPickerField,
} from "@web/views/fields/color_picker/color_picker_field";

/** Tells screen readers which color is chosen; Odoo's has menu items without a menu. */
class CustomerGroupColorList extends ColorList {
    static template = "customer_group.ColorList";
}

/** The palette of Odoo, always open, without "No color": every group has one. */
export class CustomerGroupColorField extends ColorPickerField {
    static components = { ColorList: CustomerGroupColorList };
    static RECORD_COLORS = ColorPickerField.RECORD_COLORS.filter((color) => color);
}

registry.category("fields").add("customer_group_color", {
    ...colorPickerField,
    component: CustomerGroupColorField,
    extractProps: () => ({ canToggle: false }),
});

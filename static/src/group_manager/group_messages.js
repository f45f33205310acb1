import { _t } from "@web/core/l10n/translation";

/**
 * @param {Object} node group that was moved
 * @param {Object | false} target its parent now, false for none
 * @param {number} count groups below it, which have moved along
 */
export function getMoveMessage(node, target, count) {
    const values = { group: node.name, parent: target && target.path, count };
    if (!target) {
        return count
            ? _t(
                  "“%(group)s” is a main group now, with its %(count)s subgroups.",
                  values
              )
            : _t("“%(group)s” is a main group now.", values);
    }
    return count
        ? _t(
              "“%(group)s” is below “%(parent)s” now, with its %(count)s subgroups.",
              values
          )
        : _t("“%(group)s” is below “%(parent)s” now.", values);
}

/** Says why a group cannot be moved below one of its own subgroups, like the server. */
export function getRefusal(node, target) {
    return _t(
        "“%(group)s” cannot be moved below “%(parent)s”, because that is one of its own subgroups.",
        { group: node.name, parent: target.name }
    );
}

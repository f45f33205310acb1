import { markRaw } from "@odoo/owl";
import { normalize } from "@web/core/l10n/utils";

/**
 * The groups as a tree, and which of its rows are to be seen. Knows nothing of the server
 * nor of the screen.
 *
 * Nodes, and what holds them, are replaced and never changed: that only the whole is
 * reactive keeps thousands of them fast.
 */
export class GroupTreeModel {
    /** @type {Map<number, Object>} all groups, parents before their subgroups */
    nodes = new Map();
    /** @type {Object[]} the main groups */
    roots = [];
    /** @type {Object[]} nodes in the order in which they are shown */
    rows = [];
    expanded = new Set();
    /** Closed by the user among those that are open to show what was looked for. */
    closed = new Set();
    /** How often a group was revealed. */
    revealed = 0;
    query = "";
    key = "";
    isFiltered = false;

    /**
     * @param {Array[]} groups as `get_tree` of the server returns them
     * @param {boolean} isFiltered whether a search has left out some of them
     */
    load(groups, isFiltered) {
        this.isFiltered = isFiltered;
        const nodes = new Map();
        const roots = [];
        for (const [id, name, color, parentId, ...rest] of groups) {
            const [active, match, movable, direct, total] = rest;
            const parent = nodes.get(parentId);
            const siblings = parent ? parent.children : roots;
            const node = markRaw({
                ...{ id, name, color, active, match, movable, direct, total, parent },
                path: parent ? `${parent.path} / ${name}` : name,
                level: parent ? parent.level + 1 : 1,
                position: siblings.length + 1,
                children: [],
            });
            siblings.push(node);
            nodes.set(id, node);
        }
        this.nodes = markRaw(nodes);
        this.roots = markRaw(roots);
        this.update();
    }

    /** Decides anew which rows are to be seen. */
    update() {
        this.key = normalize(this.query.trim());
        this.found = this.key ? markRaw(this.getFound()) : null;
        const rows = [];
        this.addRows(rows, this.roots);
        this.rows = markRaw(rows);
    }

    /** What is below a group that was found can be seen as well, when it is opened. */
    addRows(rows, nodes, isBelowFound = false) {
        for (const node of nodes) {
            if (!this.found || isBelowFound || this.found.has(node.id)) {
                rows.push(node);
                if (this.isOpen(node)) {
                    const isBelow = isBelowFound || this.isMatch(node);
                    this.addRows(rows, node.children, isBelow);
                }
            }
        }
    }

    /** Returns the ids of the groups that are looked for, and of those above them. */
    getFound() {
        const found = new Set();
        for (const node of this.nodes.values()) {
            if (this.hasKey(node)) {
                for (let each = node; each && !found.has(each.id); each = each.parent) {
                    found.add(each.id);
                }
            }
        }
        return found;
    }

    hasKey(node) {
        return normalize(this.key.includes("/") ? node.path : node.name).includes(
            this.key
        );
    }

    /** Returns whether a group is meant itself, and does not only lead to others. */
    isMatch(node) {
        return node.match && (!this.key || this.hasKey(node));
    }

    isOpen(node) {
        const leadsToFound =
            this.isFiltered || node.children.some(({ id }) => this.found?.has(id));
        return (
            node.children.length > 0 &&
            (leadsToFound ? !this.closed.has(node.id) : this.expanded.has(node.id))
        );
    }

    /** @returns {boolean} whether a group is another one or stands below it */
    isWithin(node, other) {
        while (node && node !== other) {
            node = node.parent;
        }
        return Boolean(node);
    }

    countBelow(node) {
        return node.children.reduce(
            (count, child) => count + 1 + this.countBelow(child),
            0
        );
    }

    setQuery(query) {
        this.query = query;
        this.closed.clear();
        this.update();
    }

    setOpen(node, isOpen) {
        this.expanded[isOpen ? "add" : "delete"](node.id);
        this.closed[isOpen ? "delete" : "add"](node.id);
        this.update();
    }

    setAllOpen(isOpen) {
        const parents = [...this.nodes.values()].filter((node) => node.children.length);
        const ids = parents.map((node) => node.id);
        this.expanded = new Set(isOpen ? ids : []);
        this.closed = new Set(isOpen ? [] : ids);
        this.update();
    }

    /** Opens what is above a group, so that its row is there. */
    reveal(id) {
        const node = this.nodes.get(id);
        for (let above = node?.parent; above; above = above.parent) {
            this.expanded.add(above.id);
            this.closed.delete(above.id);
        }
        this.revealed++;
        this.update();
        if (node && !this.rows.includes(node)) {
            this.setQuery("");
        }
    }
}

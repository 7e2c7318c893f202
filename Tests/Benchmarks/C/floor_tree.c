/* The floor's parents and children. */
#include "floor.h"

#include <stdlib.h>

floor_node *floor_spawn_child(floor_node *parent, const char *id, floor_receive receive,
                              floor_deinit deinit, void *state) {
    floor_node *node = malloc(sizeof *node);
    floor_named *named = node ? floor_spawn(id, receive, deinit, state) : NULL;
    if (!named) {
        free(node);
        return NULL;
    }
    *node = (floor_node){.parent = parent, .named = named};
    if (parent) {
        node->older = parent->last_child;
        parent->last_child = node;
    }
    return node;
}

/* Always at the youngest leaf: no recursion, however deep the tree. */
void floor_end_tree(floor_node *root) {
    floor_node *node = root, *parent;
    do {
        while (node->last_child)
            node = node->last_child;
        parent = node == root ? NULL : node->parent;
        if (parent)
            parent->last_child = node->older;
        floor_end(node->named);
        free(node);
        node = parent;
    } while (node);
}

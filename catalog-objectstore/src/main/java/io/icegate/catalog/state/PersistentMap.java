package io.icegate.catalog.state;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Immutable sorted map. {@link #with} and {@link #without} give a new map that shares all but a path of the tree with this
 * one, so a catalog state costs the size of what its record changed. The tree is balanced (AVL): its depth, and that of the
 * recursion, is logarithmic for all keys.
 */
public final class PersistentMap<K, V>
        implements Iterable<Entry<K, V>>
{
    private final Comparator<? super K> order;
    private final @Nullable Node<K, V> root;

    private PersistentMap(Comparator<? super K> order, @Nullable Node<K, V> root)
    {
        this.order = order;
        this.root = root;
    }

    public static <K, V> PersistentMap<K, V> empty(Comparator<? super K> order)
    {
        return new PersistentMap<>(order, null);
    }

    public int size()
    {
        return root == null ? 0 : root.size;
    }

    public boolean isEmpty()
    {
        return root == null;
    }

    public Optional<V> get(K key)
    {
        Node<K, V> node = root;
        while (node != null) {
            int compared = order.compare(key, node.key);
            if (compared == 0) {
                return Optional.of(node.value);
            }
            node = compared < 0 ? node.left : node.right;
        }
        return Optional.empty();
    }

    public boolean containsKey(K key)
    {
        return get(key).isPresent();
    }

    public Optional<Entry<K, V>> first()
    {
        return root == null ? Optional.empty() : Optional.of(root.leftmost().entry());
    }

    /**
     * The first entry whose key is not before the given one.
     */
    public Optional<Entry<K, V>> ceiling(K key)
    {
        Optional<Entry<K, V>> found = Optional.empty();
        Node<K, V> node = root;
        while (node != null) {
            if (order.compare(key, node.key) <= 0) {
                found = Optional.of(node.entry());
                node = node.left;
            }
            else {
                node = node.right;
            }
        }
        return found;
    }

    public PersistentMap<K, V> with(K key, V value)
    {
        return new PersistentMap<>(order, put(root, key, value));
    }

    public PersistentMap<K, V> without(K key)
    {
        return containsKey(key) ? new PersistentMap<>(order, remove(root, key)) : this;
    }

    /**
     * Entries in key order.
     */
    @Override
    public Iterator<Entry<K, V>> iterator()
    {
        Deque<Node<K, V>> path = new ArrayDeque<>();
        descend(path, root);
        return new Iterator<>()
        {
            @Override
            public boolean hasNext()
            {
                return !path.isEmpty();
            }

            @Override
            public Entry<K, V> next()
            {
                if (path.isEmpty()) {
                    throw new NoSuchElementException();
                }
                Node<K, V> node = path.pop();
                descend(path, node.right);
                return node.entry();
            }
        };
    }

    private static <K, V> void descend(Deque<Node<K, V>> path, @Nullable Node<K, V> from)
    {
        for (Node<K, V> node = from; node != null; node = node.left) {
            path.push(node);
        }
    }

    private Node<K, V> put(@Nullable Node<K, V> node, K key, V value)
    {
        if (node == null) {
            return new Node<>(null, key, value, null);
        }
        int compared = order.compare(key, node.key);
        if (compared == 0) {
            return new Node<>(node.left, key, value, node.right);
        }
        return compared < 0
                ? balanced(put(node.left, key, value), node.key, node.value, node.right)
                : balanced(node.left, node.key, node.value, put(node.right, key, value));
    }

    private @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key)
    {
        if (node == null) {
            return null;
        }
        int compared = order.compare(key, node.key);
        if (compared < 0) {
            return balanced(remove(node.left, key), node.key, node.value, node.right);
        }
        if (compared > 0) {
            return balanced(node.left, node.key, node.value, remove(node.right, key));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        Node<K, V> successor = node.right.leftmost();
        return balanced(node.left, successor.key, successor.value, remove(node.right, successor.key));
    }

    private static <K, V> Node<K, V> balanced(@Nullable Node<K, V> left, K key, V value, @Nullable Node<K, V> right)
    {
        if (left != null && height(left) > height(right) + 1) {
            Node<K, V> inner = left.right;
            if (inner == null || height(left.left) >= height(inner)) {
                return new Node<>(left.left, left.key, left.value, new Node<>(inner, key, value, right));
            }
            return new Node<>(new Node<>(left.left, left.key, left.value, inner.left), inner.key, inner.value, new Node<>(inner.right, key, value, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            Node<K, V> inner = right.left;
            if (inner == null || height(right.right) >= height(inner)) {
                return new Node<>(new Node<>(left, key, value, inner), right.key, right.value, right.right);
            }
            return new Node<>(new Node<>(left, key, value, inner.left), inner.key, inner.value, new Node<>(inner.right, right.key, right.value, right.right));
        }
        return new Node<>(left, key, value, right);
    }

    private static int height(@Nullable Node<?, ?> node)
    {
        return node == null ? 0 : node.height;
    }

    private static final class Node<K, V>
    {
        private final @Nullable Node<K, V> left;
        private final K key;
        private final V value;
        private final @Nullable Node<K, V> right;
        private final int height;
        private final int size;

        private Node(@Nullable Node<K, V> left, K key, V value, @Nullable Node<K, V> right)
        {
            this.left = left;
            this.key = key;
            this.value = value;
            this.right = right;
            this.height = Math.max(PersistentMap.height(left), PersistentMap.height(right)) + 1;
            this.size = (left == null ? 0 : left.size) + (right == null ? 0 : right.size) + 1;
        }

        private Node<K, V> leftmost()
        {
            Node<K, V> node = this;
            while (node.left != null) {
                node = node.left;
            }
            return node;
        }

        private Entry<K, V> entry()
        {
            return Map.entry(key, value);
        }
    }
}

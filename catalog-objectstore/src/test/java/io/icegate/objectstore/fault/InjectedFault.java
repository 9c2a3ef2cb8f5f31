package io.icegate.objectstore.fault;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.StoreOperation;

import static java.util.Objects.requireNonNull;

/**
 * A fault that occurred.
 *
 * @param occurrence counts the requests of this kind for this key, from 0
 */
public record InjectedFault(StoreOperation operation, ObjectKey key, int occurrence, StoreFault fault)
{
    public InjectedFault
    {
        requireNonNull(operation, "operation is null");
        requireNonNull(key, "key is null");
        requireNonNull(fault, "fault is null");
    }
}

package io.icegate.objectstore.fault;

/**
 * The requests of an {@link io.icegate.objectstore.ObjectStore}.
 */
public enum StoreOperation
{
    GET,
    READ,
    PUT_IF_ABSENT,
    PUT,
    LIST,
    HEAD,
    DELETE,
}

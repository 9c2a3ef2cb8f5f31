package io.icegate.objectstore;

/**
 * The requests of an {@link ObjectStore}.
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

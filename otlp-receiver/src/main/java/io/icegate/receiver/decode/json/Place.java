package io.icegate.receiver.decode.json;

/**
 * Index of a record in its request.
 *
 * @param scope index in the resource; -1 for what is said about the whole resource
 * @param record index in the scope; -1 for what is said about the whole scope
 */
public record Place(int resource, int scope, int record) {}

package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * What all rows of one instrumentation scope share. Encoders remember it by identity. Null stands for an empty string.
 */
public record ScopeValues(@Nullable String name, @Nullable String version, Attributes attributes, long droppedAttributesCount, @Nullable String schemaUrl)
{
    public static final ScopeValues EMPTY = new ScopeValues(null, null, Attributes.EMPTY, 0, null);

    public ScopeValues
    {
        requireNonNull(attributes, "attributes is null");
    }
}

package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * What all rows of one instrumentation scope share. Encoders remember it by identity. Null stands for an empty string.
 */
public record ScopeColumns(@Nullable String name, @Nullable String version, Attributes attributes, long droppedAttributesCount, @Nullable String schemaUrl)
{
    public static final ScopeColumns EMPTY = new ScopeColumns(null, null, Attributes.EMPTY, 0, null);

    public ScopeColumns
    {
        requireNonNull(attributes, "attributes is null");
    }
}

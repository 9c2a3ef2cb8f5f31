package io.icegate.objectstore.http;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One request that a {@link StrictHttpServer} saw.
 *
 * @param target the method and the encoded path
 * @param conditional true for a write that must not overwrite
 */
public record HttpLogEntry(String target, boolean conditional, Optional<HttpFault> fault)
{
    public HttpLogEntry
    {
        requireNonNull(target, "target is null");
        requireNonNull(fault, "fault is null");
    }
}

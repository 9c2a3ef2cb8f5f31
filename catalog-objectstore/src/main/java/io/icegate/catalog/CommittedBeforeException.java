package io.icegate.catalog;

import org.apache.iceberg.exceptions.CleanableFailure;

/**
 * A request was committed before, by an earlier attempt of the same id. What this attempt prepared was not used.
 */
public final class CommittedBeforeException
        extends RuntimeException
        implements CleanableFailure
{
    private static final long serialVersionUID = 1;

    CommittedBeforeException(String id, long version)
    {
        super("Request %s was committed before, in catalog version %s".formatted(id, version));
    }
}

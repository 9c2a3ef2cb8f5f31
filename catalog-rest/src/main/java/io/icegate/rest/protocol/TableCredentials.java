package io.icegate.rest.protocol;

import org.apache.iceberg.TableMetadata;

import java.util.Map;
import java.util.Optional;

/**
 * Gives clients what they need to reach the files of one table, and nothing else.
 */
public interface TableCredentials
{
    /**
     * Properties of Iceberg's FileIO with secrets in them; empty for a table that does not lie in the store that they are for.
     *
     * @param principal for whom, as a name in the log of the store
     * @param mayChange to write files too
     * @throws IllegalArgumentException when its locations are too many, or too long
     * @throws org.apache.iceberg.exceptions.ServiceFailureException when they could not be had now
     */
    Optional<Map<String, String>> of(TableMetadata table, String principal, boolean mayChange);
}

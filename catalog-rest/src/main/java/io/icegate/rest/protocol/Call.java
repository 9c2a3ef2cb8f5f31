package io.icegate.rest.protocol;

import io.icegate.server.access.Principal;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.apache.iceberg.rest.RESTUtil;

import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One request to a route.
 *
 * @param variables of the path, decoded, by their name in the route; the namespace is as it was sent
 * @param parameters of the query, decoded; the first value of each
 * @param body empty when there is none; never changed
 * @param etags of {@code If-None-Match}
 * @param prefix that chooses another state than what is committed
 * @param principal who asks
 * @param wantsCredentials whether the client wants those of a table that it is told of
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Call(
        Map<String, String> variables,
        Map<String, String> parameters,
        byte[] body,
        EntityTags etags,
        Optional<RequestKey> key,
        Optional<Prefix> prefix,
        Principal principal,
        boolean wantsCredentials)
{
    Call
    {
        variables = Map.copyOf(variables);
        parameters = Map.copyOf(parameters);
        requireNonNull(body, "body is null");
        requireNonNull(etags, "etags is null");
        requireNonNull(key, "key is null");
        requireNonNull(prefix, "prefix is null");
        requireNonNull(principal, "principal is null");
    }

    /**
     * Whether tables are wanted as they are now, with the rows that wait in the WAL.
     */
    boolean live()
    {
        return prefix.filter(Prefix.LIVE::equals).isPresent();
    }

    Namespace namespace()
    {
        return RESTUtil.decodeNamespace(variable("namespace"), RESTCatalogProperties.NAMESPACE_SEPARATOR_DEFAULT);
    }

    TableIdentifier table()
    {
        return TableIdentifier.of(namespace(), RESTUtil.decodeString(variable("table")));
    }

    TableIdentifier view()
    {
        return TableIdentifier.of(namespace(), RESTUtil.decodeString(variable("view")));
    }

    private String variable(String name)
    {
        return requireNonNull(variables.get(name), name);
    }

    Optional<String> parameter(String name)
    {
        return Optional.ofNullable(parameters.get(name));
    }

    <T> T body(Class<T> type)
    {
        return RestJson.read(body, type);
    }
}

package io.icegate.trino.catalog;

import com.google.common.base.Splitter;
import io.icegate.catalog.state.CatalogState;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.SchemaTableName;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_AMBIGUOUS_NAME;
import static java.util.Locale.ENGLISH;
import static java.util.Objects.requireNonNull;

/**
 * Names of the catalog as SQL knows them: Trino lower-cases, the catalog does not. A name of SQL stands for the one name
 * that equals it without regard to case; when there are several, none of them can be reached and the message says so.
 * A nested namespace {@code a} → {@code b} is the schema {@code "a.b"}.
 */
record CatalogNames(CatalogState state)
{
    static final String NAMESPACE_SEPARATOR = ".";

    CatalogNames
    {
        requireNonNull(state, "state is null");
    }

    static String schemaName(Namespace namespace)
    {
        return String.join(NAMESPACE_SEPARATOR, namespace.levels()).toLowerCase(ENGLISH);
    }

    static Namespace newNamespace(String schemaName)
    {
        return Namespace.of(Splitter.on(NAMESPACE_SEPARATOR).splitToList(schemaName).toArray(String[]::new));
    }

    Optional<Namespace> namespace(String schemaName)
    {
        return unique("schema", schemaName, state.namespaces(), CatalogNames::schemaName);
    }

    /**
     * A table or view.
     */
    Optional<TableIdentifier> relation(SchemaTableName name)
    {
        return namespace(name.getSchemaName()).flatMap(namespace -> {
            List<TableIdentifier> relations = Stream.concat(state.tables(namespace).stream(), state.views(namespace).stream()).toList();
            return unique("table or view", name.getTableName(), relations, relation -> relation.name().toLowerCase(ENGLISH));
        });
    }

    /**
     * The identifier of a relation that may not exist yet.
     */
    TableIdentifier relationOrNew(SchemaTableName name)
    {
        return relation(name).orElseGet(() -> TableIdentifier.of(namespace(name.getSchemaName()).orElseGet(() -> newNamespace(name.getSchemaName())), name.getTableName()));
    }

    private static <T> Optional<T> unique(String kind, String name, Collection<T> all, Function<T, String> lowerCase)
    {
        List<T> matches = all.stream()
                .filter(candidate -> lowerCase.apply(candidate).equals(name))
                .collect(toImmutableList());
        if (matches.size() > 1) {
            throw new TrinoException(ICEGATE_AMBIGUOUS_NAME, "Cannot resolve %s '%s': %s differ only in case".formatted(kind, name, matches));
        }
        return matches.stream().findFirst();
    }
}

package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The servers of a suite, each started once for all tests of a class. After each test their catalogs are empty again.
 */
final class SuiteServers
        implements AfterAllCallback,
                   AfterEachCallback
{
    private final Map<String, Served> all = new HashMap<>();

    /**
     * @param warehouse properties of a catalog in the warehouse
     */
    record Served(Map<String, String> warehouse, List<CatalogServer> servers) {}

    /**
     * So many servers of the warehouse of that name.
     */
    Served served(String name, int count, Function<String, Map<String, String>> warehouse)
    {
        return all.computeIfAbsent(name, _ -> {
            Map<String, String> properties = warehouse.apply(name);
            List<CatalogServer> servers = new ArrayList<>();
            for (int server = 0; server < count; server++) {
                servers.add(TestingServers.start(properties, Map.of()));
            }
            return new Served(properties, servers);
        });
    }

    @Override
    public void afterEach(ExtensionContext context)
            throws IOException
    {
        for (Served each : all.values()) {
            try (ObjectStoreCatalog catalog = new ObjectStoreCatalog()) {
                catalog.initialize("emptying", each.warehouse());
                List<Namespace> namespaces = new ArrayList<>(catalog.state().namespaces());
                namespaces.sort(Comparator.comparingInt(Namespace::length).reversed());
                for (Namespace namespace : namespaces) {
                    catalog.listTables(namespace).forEach(table -> catalog.dropTable(table, false));
                    catalog.listViews(namespace).forEach(catalog::dropView);
                    catalog.dropNamespace(namespace);
                }
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context)
            throws Exception
    {
        for (Served each : all.values()) {
            for (CatalogServer server : each.servers()) {
                server.close();
            }
        }
        all.clear();
    }
}

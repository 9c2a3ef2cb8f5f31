package io.icegate.rest;

import io.icegate.io.ObjectStoreFileIO;
import org.apache.iceberg.rest.RESTCatalog;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Catalog servers in this process, and Iceberg's own client of them.
 */
final class TestingServers
{
    private static final Set<String> SERVER_PROPERTIES = Set.of("s3.endpoint", "s3.path-style-access", "s3.access-key-id", "s3.secret-access-key", "client.region");

    private TestingServers() {}

    /**
     * @param warehouse location and store, as the embedded catalog takes them
     * @param further settings of the server
     */
    static CatalogServer start(Map<String, String> warehouse, Map<String, String> further)
    {
        Map<String, String> properties = new HashMap<>(serverProperties(warehouse));
        properties.put("icegate.rest.http-port", "0");
        properties.putAll(further);
        return CatalogServer.start(properties);
    }

    /**
     * Settings of a server of the warehouse, but for its port.
     */
    static Map<String, String> serverProperties(Map<String, String> warehouse)
    {
        Map<String, String> properties = new HashMap<>(warehouse);
        properties.keySet().retainAll(SERVER_PROPERTIES);
        properties.put("icegate.warehouse", warehouse.get("warehouse"));
        properties.put("node.internal-address", "localhost");
        return properties;
    }

    static String uri(CatalogServer server)
    {
        return "http://localhost:" + server.httpPort();
    }

    /**
     * A client that reads and writes metadata where the server does.
     */
    static RESTCatalog client(String uri, String name, Map<String, String> warehouse, Map<String, String> further)
    {
        Map<String, String> properties = new HashMap<>(warehouse);
        properties.put("uri", uri);
        properties.put("rest.client.max-retries", "1"); // a failure is to be seen, not to be waited for
        properties.put("io-impl", ObjectStoreFileIO.class.getName());
        properties.putAll(further);
        RESTCatalog client = new RESTCatalog();
        client.initialize(name, properties);
        return client;
    }
}

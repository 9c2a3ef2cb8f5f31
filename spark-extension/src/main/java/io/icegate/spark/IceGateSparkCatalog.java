package io.icegate.spark;

import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.spark.SparkCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

import java.util.Map;

public class IceGateSparkCatalog
        extends SparkCatalog
{
    @Override
    protected Catalog buildIcebergCatalog(String name, CaseInsensitiveStringMap options)
    {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize(name, Map.of(CatalogProperties.WAREHOUSE_LOCATION, options.getOrDefault("warehouse", "memory")));
        return catalog;
    }

    @Override
    public UnboundProcedure loadProcedure(Identifier identifier)
    {
        return super.loadProcedure(identifier);
    }
}

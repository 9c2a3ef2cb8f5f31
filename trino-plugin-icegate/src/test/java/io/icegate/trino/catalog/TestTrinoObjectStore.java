package io.icegate.trino.catalog;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import io.trino.filesystem.memory.MemoryFileSystem;

/**
 * The contract of a store on one of Trino's file systems that has put-if-absent.
 */
final class TestTrinoObjectStore
        extends AbstractTestObjectStore
{
    @Override
    protected ObjectStore createStore()
    {
        return new TrinoObjectStore(new MemoryFileSystem(), "memory:///warehouse");
    }
}

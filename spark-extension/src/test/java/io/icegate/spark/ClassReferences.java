package io.icegate.spark;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the constant pool of a class file names: the classes, fields and methods that have to be there at run time.
 */
record ClassReferences(Set<String> classes, Set<Member> members)
{
    /**
     * A field or method.
     *
     * @param owner binary name
     * @param descriptor as in the class file
     */
    record Member(String owner, String name, String descriptor) {}

    static ClassReferences read(InputStream classFile)
            throws IOException
    {
        DataInputStream input = new DataInputStream(classFile);
        if (input.readInt() != 0xCAFEBABE) {
            throw new IOException("Cannot read class file: wrong magic number");
        }
        input.readInt();
        int count = input.readUnsignedShort();
        String[] texts = new String[count];
        int[] tags = new int[count];
        int[] first = new int[count];
        int[] second = new int[count];
        for (int index = 1; index < count; index++) {
            int tag = input.readUnsignedByte();
            tags[index] = tag;
            switch (tag) {
                case 1 -> texts[index] = input.readUTF();
                case 3, 4 -> input.readInt();
                case 5, 6 -> {
                    input.readLong();
                    index++;
                }
                case 7, 8, 16, 19, 20 -> first[index] = input.readUnsignedShort();
                case 9, 10, 11, 12, 17, 18 -> {
                    first[index] = input.readUnsignedShort();
                    second[index] = input.readUnsignedShort();
                }
                case 15 -> {
                    first[index] = input.readUnsignedByte();
                    second[index] = input.readUnsignedShort();
                }
                default -> throw new IOException("Cannot read class file: unknown constant " + tag);
            }
        }
        Set<String> classes = new LinkedHashSet<>();
        Set<Member> members = new LinkedHashSet<>();
        for (int index = 1; index < count; index++) {
            switch (tags[index]) {
                case 7 -> addType(classes, texts[first[index]].startsWith("[") ? texts[first[index]] : "L" + texts[first[index]] + ";");
                case 12, 16 -> addType(classes, texts[tags[index] == 12 ? second[index] : first[index]]);
                case 9, 10, 11 -> {
                    String owner = texts[first[first[index]]];
                    if (!owner.startsWith("[")) {
                        members.add(new Member(owner.replace('/', '.'), texts[first[second[index]]], texts[second[second[index]]]));
                    }
                }
                default -> {}
            }
        }
        return new ClassReferences(classes, members);
    }

    /**
     * Adds every class of a type or method descriptor.
     */
    private static void addType(Set<String> classes, String descriptor)
    {
        int start = descriptor.indexOf('L');
        while (start >= 0) {
            int end = descriptor.indexOf(';', start);
            classes.add(descriptor.substring(start + 1, end).replace('/', '.'));
            start = descriptor.indexOf('L', end);
        }
    }
}

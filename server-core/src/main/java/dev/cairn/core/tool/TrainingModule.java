package dev.cairn.core.tool;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.constant.ModuleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;

/**
 * A module in a jar that is loaded, upgraded and unloaded while the cache of classes is made, so that the first change of modules in a server does
 * not hold up clients for the loading of the classes that it takes. It has a data type of bytes, and a command that sets a value.
 *
 * <p>It is made of instructions here, since what the distribution holds as classes belongs to the server, and is refused in a jar.
 */
final class TrainingModule {
    /** The module's name. */
    static final String NAME = "training";
    /** Sets a value: key and bytes. */
    static final String COMMAND = "TRAINING.PUT";

    private static final ClassDesc SELF = ClassDesc.of("cairn.training.TrainingModule");
    private static final MethodTypeDesc NO_ARGUMENTS = MethodTypeDesc.of(CD_void);

    private TrainingModule() {
    }

    /** Writes a version of the module into a folder; returns the jar. */
    static Path write(Path folder, int version) throws IOException {
        Path jar = folder.resolve(NAME + "-" + version + ".jar");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("module-info.class"));
            out.write(ClassFile.of().buildModule(ModuleAttribute.of(ModuleDesc.of("cairn.training"),
                    m -> m.requires(ModuleDesc.of("java.base"), ClassFile.ACC_MANDATED, null)
                            .requires(ModuleDesc.of("dev.cairn.api"), 0, null)
                            .provides(type(ServerModule.class), SELF))));
            out.putNextEntry(new JarEntry(SELF.packageName().replace('.', '/') + "/" + SELF.displayName() + ".class"));
            out.write(ClassFile.of().build(SELF, c -> declare(c, version)));
        }
        return jar;
    }

    private static ClassDesc type(Class<?> c) {
        return ClassDesc.of(c.getName());
    }

    private static void method(ClassBuilder to, String name, ClassDesc result, Consumer<CodeBuilder> code, Class<?>... arguments) {
        ClassDesc[] types = new ClassDesc[arguments.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = arguments[i] == int.class ? CD_int : type(arguments[i]);
        }
        to.withMethodBody(name, MethodTypeDesc.of(result, types), ClassFile.ACC_PUBLIC, code);
    }

    private static void declare(ClassBuilder c, int version) {
        c.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL);
        c.withInterfaceSymbols(type(ServerModule.class), type(DataType.class), type(Command.class));
        method(c, ConstantDescs.INIT_NAME, CD_void,
                b -> b.aload(0).invokespecial(CD_Object, ConstantDescs.INIT_NAME, NO_ARGUMENTS).return_());
        method(c, "info", type(ModuleInfo.class), b -> b.ldc(NAME).loadConstant(version)
                .invokestatic(type(ModuleInfo.class), "of", MethodTypeDesc.of(type(ModuleInfo.class), CD_String, CD_int)).areturn());
        method(c, "configure", CD_void, TrainingModule::configure, Registrar.class);
        method(c, "execute", CD_void, TrainingModule::put, Call.class, Args.class, Reply.class);
        method(c, "id", type(TypeId.class), b -> b.new_(type(TypeId.class)).dup().ldc("training_").loadConstant(1)
                .invokespecial(type(TypeId.class), ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void, CD_String, CD_int)).areturn());
        method(c, "name", CD_String, b -> b.ldc(NAME).areturn());
        method(c, "encodingName", CD_String, b -> b.ldc("raw").areturn(), Slot.class);
        method(c, "save", CD_void, b -> bytes(b.aload(2).aload(1), Slot.class)
                .invokeinterface(type(DataType.ValueWriter.class), "bytes", MethodTypeDesc.of(CD_void, type(Bytes.class))).return_(),
                Slot.class,
                DataType.ValueWriter.class);
        method(c, "load", CD_void, b -> store(bytes(b.aload(3).aload(0).iconst_0().aload(1), DataType.ValueReader.class)).return_(),
                DataType.ValueReader.class, int.class, WriteSlot.class);
        method(c, "rewrite", CD_void, CodeBuilder::return_, Slot.class, DataType.CommandSink.class);
    }

    private static void configure(CodeBuilder b) {
        ClassDesc registrar = type(Registrar.class);
        ClassDesc builder = type(CommandSpec.Builder.class);
        b.aload(1).aload(0).invokeinterface(registrar, "dataType", MethodTypeDesc.of(CD_void, type(DataType.class)));
        b.aload(1).ldc(COMMAND).loadConstant(3)
                .invokestatic(type(CommandSpec.class), "of", MethodTypeDesc.of(builder, CD_String, CD_int)).aload(0)
                .invokeinterface(registrar, "command", MethodTypeDesc.of(CD_void, builder, type(Command.class))).return_();
    }

    /** {@code call.keyspace().write(args.at(1), this).put(this, 0, args.at(2)); out.ok();} */
    private static void put(CodeBuilder b) {
        b.aload(1).invokeinterface(type(Call.class), "keyspace", MethodTypeDesc.of(type(Keyspace.class)));
        argument(b, 1).aload(0).invokeinterface(type(Keyspace.class), "write",
                MethodTypeDesc.of(type(WriteSlot.class), type(Bytes.class), type(DataType.class)));
        store(argument(b.aload(0).iconst_0(), 2));
        b.aload(3).invokeinterface(type(Reply.class), "ok", MethodTypeDesc.of(type(Reply.class))).pop().return_();
    }

    private static CodeBuilder argument(CodeBuilder b, int i) {
        return b.aload(2).loadConstant(i).invokeinterface(type(Args.class), "at", MethodTypeDesc.of(type(Bytes.class), CD_int));
    }

    private static CodeBuilder bytes(CodeBuilder b, Class<?> of) {
        return b.invokeinterface(type(of), "bytes", MethodTypeDesc.of(type(Bytes.class)));
    }

    private static CodeBuilder store(CodeBuilder b) {
        return b.invokeinterface(type(WriteSlot.class), "put", MethodTypeDesc.of(CD_void, type(DataType.class), CD_int, type(Bytes.class)));
    }
}

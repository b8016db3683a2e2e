import java.io.File;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IBundleCoverage;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import org.jacoco.report.IReportGroupVisitor;
import org.jacoco.report.IReportVisitor;
import org.jacoco.report.xml.XMLFormatter;

/** Runs a class of a folder under JaCoCo and writes its XML report, once as it is and once with a group. */
public class Report {
    private static final class Instrumented extends ClassLoader {
        private final Map<String, byte[]> classes = new HashMap<>();

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            byte[] code = classes.get(name);
            if (code == null) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : defineClass(name, code, 0, code.length);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Paths.get(arguments[0]);
        IRuntime runtime = new LoggerRuntime();
        Instrumented loader = new Instrumented();
        List<Path> files = Files.walk(folder).filter(Files::isRegularFile).collect(Collectors.toList());
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace(".class", "").replace('/', '.');
            loader.classes.put(name, new Instrumenter(runtime).instrument(Files.readAllBytes(file), name));
        }
        RuntimeData data = new RuntimeData();
        data.setSessionId("session-1");
        runtime.startup(data);
        loader.loadClass(arguments[1]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        ExecutionDataStore executed = new ExecutionDataStore();
        SessionInfoStore sessions = new SessionInfoStore();
        data.collect(executed, sessions, false);
        runtime.shutdown();
        write("jacoco.xml", false, folder.toFile(), executed, sessions);
        write("jacoco-group.xml", true, folder.toFile(), executed, sessions);
    }

    private static void write(
            String name, boolean grouped, File folder, ExecutionDataStore executed, SessionInfoStore sessions)
            throws Exception {
        IReportVisitor visitor = new XMLFormatter().createVisitor(new FileOutputStream(name));
        visitor.visitInfo(sessions.getInfos(), executed.getContents());
        IReportGroupVisitor group = grouped ? visitor.visitGroup("tariffs-all") : visitor;
        CoverageBuilder builder = new CoverageBuilder();
        new Analyzer(executed, builder).analyzeAll(folder);
        IBundleCoverage bundle = builder.getBundle("tariffs");
        group.visitBundle(bundle, null);
        visitor.visitEnd();
        System.out.println("LINE " + bundle.getLineCounter() + " BRANCH " + bundle.getBranchCounter());
    }
}

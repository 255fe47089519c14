import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeSet;

/** Prints what java.util.Properties loads from a file, in both ways: each key with its value in UTF-16BE, as hex. */
class LoadProperties {
  public static void main(String[] args) throws Exception {
    Properties fromStream = new Properties();
    try (InputStream stream = new FileInputStream(args[0])) {
      fromStream.load(stream);
    }
    print("stream", fromStream);
    Properties fromReader = new Properties();
    try (Reader reader = new InputStreamReader(new FileInputStream(args[0]), StandardCharsets.UTF_8)) {
      fromReader.load(reader);
    }
    print("reader", fromReader);
  }

  private static void print(String way, Properties properties) {
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      StringBuilder hex = new StringBuilder();
      for (char unit : properties.getProperty(key).toCharArray()) hex.append(String.format("%04x", (int) unit));
      System.out.println(way + " " + key + " " + hex);
    }
  }
}

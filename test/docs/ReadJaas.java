import java.nio.file.Path;
import java.security.URIParameter;
import javax.security.auth.login.Configuration;

/** Prints the option `password` of the entry KafkaClient of a JAAS file, as Java itself reads it. */
class ReadJaas {
  public static void main(String[] args) throws Exception {
    URIParameter file = new URIParameter(Path.of(args[0]).toUri());
    Configuration configuration = Configuration.getInstance("JavaLoginConfig", file);
    System.out.print(configuration.getAppConfigurationEntry("KafkaClient")[0].getOptions().get("password"));
  }
}

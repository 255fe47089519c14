import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Prints the modulus of a private and a public key in PEM, and whether one verifies what the other has signed. */
class ReadPem {
  public static void main(String[] args) throws Exception {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    var privateKey =
        (RSAPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(der(args[0], "PRIVATE KEY")));
    var publicKey = (RSAPublicKey) factory.generatePublic(new X509EncodedKeySpec(der(args[1], "PUBLIC KEY")));
    System.out.println(privateKey.getModulus().toString(16));
    System.out.println(publicKey.getModulus().toString(16));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(privateKey);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    System.out.println(signature.verify(signed) ? "verified" : "not verified");
  }

  private static byte[] der(String path, String label) throws Exception {
    String text = Files.readString(Path.of(path));
    String begin = "-----BEGIN " + label + "-----\n";
    String end = "-----END " + label + "-----\n";
    if (!text.startsWith(begin) || !text.endsWith(end)) throw new Exception("no PEM of a " + label);
    return Base64.getMimeDecoder().decode(text.substring(begin.length(), text.length() - end.length()));
  }
}

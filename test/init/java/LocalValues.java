import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** Prints the random value and the password of each line: the name in hexadecimal units, and a size in bits. */
class LocalValues {
  private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  public static void main(String[] args) throws Exception {
    BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = reader.readLine()) != null;) {
      String[] parts = line.split(" ");
      StringBuilder name = new StringBuilder();
      for (int i = 0; i + 4 <= parts[0].length() - 1; i += 4)
        name.append((char) Integer.parseInt(parts[0].substring(i + 1, i + 5), 16));
      int size = Integer.parseInt(parts[1]);
      byte[] random = new byte[size / 8];
      new Random(name.toString().hashCode()).nextBytes(random);
      byte[] bytes = new byte[size];
      new Random(name.toString().hashCode()).nextBytes(bytes);
      System.out.println(Base64.getEncoder().encodeToString(random) + " " + digits(new BigInteger(1, bytes), size / 8));
    }
  }

  private static String digits(BigInteger number, int most) {
    StringBuilder text = new StringBuilder();
    BigInteger base = BigInteger.valueOf(DIGITS.length());
    do {
      BigInteger[] divided = number.divideAndRemainder(base);
      text.append(DIGITS.charAt(divided[1].intValue()));
      number = divided[0];
    } while (number.signum() > 0);
    String whole = text.reverse().toString();
    return whole.substring(0, Math.min(most, whole.length()));
  }
}

namespace K8sLb.Load.Tests;

public sealed class HpackFieldsTests
{
    [Theory]
    [InlineData("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com")] // RFC 7541 appendix C.4.1
    [InlineData("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT")] // C.6.1
    [InlineData("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com")] // C.6.1
    [InlineData("", "")]
    public void Huffman_codes_are_read(string bytes, string text) =>
        HuffmanCode.Decode(Convert.FromHexString(bytes)).ShouldBe(text);

    [Theory]
    [InlineData("f1e3c2e5f23a6ba0ab90f4ffff")] // a whole byte of padding
    [InlineData("f1e3c2e5f23a6ba0ab90f400")] // padding that is not all ones
    [InlineData("fffffffc")] // the end-of-string code
    public void Huffman_codes_against_the_rules_are_refused(string bytes) =>
        Should.Throw<FormatException>(() => HuffmanCode.Decode(Convert.FromHexString(bytes)));

    [Fact]
    public void A_block_is_read_field_by_field()
    {
        byte[] block = [0x20, 0x88, 0x0f, 0x10, 0x02, .. "ab"u8, 0x00, 0x05, .. "x-pod"u8, 0x02, .. "p1"u8];

        HpackFields.Read(block).ShouldBe([new(":status", "200"), new("content-type", "ab"), new("x-pod", "p1")]);
    }

    [Theory]
    [InlineData("be")] // the dynamic table
    [InlineData("80")] // index 0
    [InlineData("3f01")] // a table that the client did not allow
    [InlineData("8820")] // a table's size after a field
    [InlineData("000178")] // a name without a value
    [InlineData("0001780561")] // a value that is cut short
    [InlineData("ffffffffff0f")] // a number without end
    public void A_block_against_the_rules_is_refused(string block) =>
        Should
            .Throw<RequestFailedException>(() => HpackFields.Read(Convert.FromHexString(block)))
            .Kind.ShouldBe(FailureKind.Protocol);
}

"""What AMLRequest makes of a body: bytes, text, JSON, form fields and files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from tests.authoring.wire import END, FORM, JSON, MULTIPART, Headers, ask, part


class TestBody:
    def test_get_data_is_kept_for_the_next_reader(self) -> None:
        request = ask(b"abc")
        assert (request.get_data(), request.get_data(), request.data) == (b"abc", b"abc", b"abc")

    def test_get_data_false_reads_once(self) -> None:
        request = ask(b"abc")
        assert (request.get_data(False), request.get_data(False), request.get_data()) == (b"abc", b"", b"")

    def test_as_text(self) -> None:
        assert ask("é".encode()).get_data(as_text=True) == "é"
        assert ask(b"\xff").get_data(as_text=True) == "\ufffd"

    def test_stream_is_consumed(self) -> None:
        request = ask(b"abc")
        assert (request.stream.read(), request.get_data()) == (b"abc", b"")

    def test_a_large_binary_body_comes_through_whole(self) -> None:
        body = bytes(range(256)) * 20_000
        assert ask(body).get_data() == body

    @pytest.mark.parametrize("content_type", [JSON, FORM, []])
    def test_chunked_body_is_readable_and_measured(self, content_type: Headers) -> None:
        request = ask(b"a=1", [(b"transfer-encoding", b"chunked"), *content_type], sized=False)
        assert request.environ["CONTENT_LENGTH"] == "3"
        assert request.get_data() == b"a=1"

    def test_chunked_form(self) -> None:
        assert ask(b"a=1", [(b"transfer-encoding", b"chunked"), *FORM], sized=False).form["a"] == "1"


class TestJson:
    @pytest.mark.parametrize("content_type", [b"application/json", b"application/vnd.x+json; charset=utf-8"])
    def test_json(self, content_type: bytes) -> None:
        request = ask(b'{"a": [1]}', [(b"content-type", content_type)])
        assert request.json == {"a": [1]}
        assert request.get_json() == {"a": [1]}

    def test_another_content_type_is_a_415(self) -> None:
        with pytest.raises(UnsupportedMediaType) as caught:
            _ = ask(b"{}").json
        assert caught.value.code == 415

    def test_another_content_type_silently_and_by_force(self) -> None:
        assert ask(b'{"a": 1}').get_json(silent=True) is None
        assert ask(b'{"a": 1}').get_json(force=True) == {"a": 1}

    @pytest.mark.parametrize("body", [b"", b'{"a":', b"\xff\xfe"])
    def test_bad_json_is_a_400_that_keeps_the_cause_to_itself(self, body: bytes) -> None:
        with pytest.raises(BadRequest) as caught:
            _ = ask(body, JSON).json
        assert caught.value.code == 400
        assert str(caught.value).endswith("sent a request that this server could not understand.")
        assert isinstance(caught.value.__cause__, ValueError)

    def test_bad_json_silently(self) -> None:
        assert ask(b'{"a":', JSON).get_json(silent=True) is None


class TestForm:
    def test_form_takes_the_body_from_data(self) -> None:
        request = ask(b"a=1&b=2&a=3", FORM)
        assert request.data == b""
        assert (request.form["a"], request.form.getlist("a"), request.form["b"]) == ("1", ["1", "3"], "2")

    def test_get_data_first_leaves_both(self) -> None:
        request = ask(b"a=1", FORM)
        assert (request.get_data(), request.form["a"]) == (b"a=1", "1")

    def test_form_first_leaves_nothing(self) -> None:
        request = ask(b"a=1", FORM)
        assert (request.form["a"], request.get_data()) == ("1", b"")

    def test_values_look_at_the_query_before_the_form(self) -> None:
        values = ask(b"a=form&b=2", FORM, target=b"/score?a=query&z=1").values
        assert (values["a"], values["b"], values["z"], values.getlist("a")) == (
            "query",
            "2",
            "1",
            ["query", "form"],
        )

    def test_values_of_a_get_are_the_query_alone(self) -> None:
        assert "b" not in ask(b"b=2", FORM, target=b"/score?a=1", method="GET").values

    @pytest.mark.parametrize("body", [b"garbage", b""])
    def test_broken_multipart_is_an_empty_form(self, body: bytes) -> None:
        request = ask(body, MULTIPART)
        assert (len(request.form), len(request.files)) == (0, 0)

    def test_multipart_text_field_up_to_500_000_bytes(self) -> None:
        assert len(ask(part("t", b"v" * 500_000) + END, MULTIPART).form["t"]) == 500_000

    def test_longer_multipart_text_field_is_a_413(self) -> None:
        with pytest.raises(RequestEntityTooLarge) as caught:
            _ = ask(part("t", b"v" * 500_001) + END, MULTIPART).form
        assert caught.value.code == 413

    def test_multipart_up_to_1000_fields(self) -> None:
        fields = [part(f"t{number}", b"v") for number in range(1001)]
        assert len(ask(b"".join(fields[:1000]) + END, MULTIPART).form) == 1000
        with pytest.raises(RequestEntityTooLarge):
            _ = ask(b"".join(fields) + END, MULTIPART).form


class TestFiles:
    def test_members_of_an_uploaded_file(self, tmp_path: Path) -> None:
        with ask(part("note", b"hi") + part("file[]", b"hello", "a.txt") + END, MULTIPART) as request:
            upload = request.files["file[]"]
            assert request.files.getlist("file[]") == [upload]
            assert (upload.filename, upload.content_type) == ("a.txt", "text/plain")
            assert request.form["note"] == "hi"
            upload.save(tmp_path / "copy")
            assert (tmp_path / "copy").read_bytes() == b"hello"
            upload.stream.seek(0)
            assert upload.read() == b"hello"

    def test_a_file_may_be_larger_than_a_text_field(self) -> None:
        with ask(part("f", b"v" * 2_000_000, "big.bin") + END, MULTIPART) as request:
            assert len(request.files["f"].read()) == 2_000_000

    def test_closing_the_request_closes_its_files(self) -> None:
        with ask(part("f", b"v", "a.txt") + END, MULTIPART) as request:
            stream = request.files["f"].stream
            assert not stream.closed
        assert stream.closed

    def test_an_uploaded_image_opens_directly(self) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (3, 2), "red").save(picture, "PNG")
        with ask(part("image", picture.getvalue(), "a.png", "image/png") + END, MULTIPART) as request:
            image = Image.open(request.files["image"])
            assert (image.size, image.format, image.getpixel((0, 0))) == ((3, 2), "PNG", (255, 0, 0))

    def test_missing_file_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            _ = ask(END, MULTIPART).files["image"]

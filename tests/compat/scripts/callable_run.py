"""run is a bound method and init a lambda."""


class Model:
    def __init__(self):
        self.loaded = False

    def load(self):
        self.loaded = True

    def predict(self, data, *, scale=1):
        return [data, scale, self.loaded]


MODEL = Model()
init = MODEL.load
run = MODEL.predict

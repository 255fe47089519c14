/** Which images of tests are removed: those of the run that ends, and of processes that ended without removing theirs. */
import t from 'tap'
import { imagePrefix, imagesIn, unneededImages } from '../../scripts/tests/test-images.ts'

const image = (owner: number, name: string) => `${imagePrefix('localhost', owner)}${name}`
const [own, running, ended] = [image(10, 'init:shared'), image(20, 'init:t1'), image(30, 'creator:t2-amd64')]
const inRegistry = `${imagePrefix('127.0.0.1:5000', 30)}init:t3`
const others = ['docker.io/bsycorp/kees-init:v0.1.0', 'localhost/kees-test-base:latest', '<none>:<none>']
const list = [own, ...others, running, ended, inRegistry, ''].join('\n')
const isRunning = (owner: number) => owner < 30

t.test('images of tests are told from others by their names', async (t) => {
  t.strictSame(imagesIn(list), [own, running, ended, inRegistry])
})

t.test('images of processes that have ended are removed', async (t) => {
  t.strictSame(unneededImages(list, undefined, isRunning), [ended, inRegistry])
  t.strictSame(unneededImages(list, 10, isRunning), [own, ended, inRegistry])
})

t.test('this process is running, and one that cannot exist is not', async (t) => {
  const images = [image(process.pid, 'init:t1'), image(2 ** 22 + 1, 'init:t1')]
  t.strictSame(unneededImages(images.join('\n')), images.slice(1))
})
